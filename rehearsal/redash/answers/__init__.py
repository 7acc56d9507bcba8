"""What the stand-in answers over HTTP: Redash's pages by what they are about."""
