"""The page behind a link: requests, what it shows, and the forms it takes."""
