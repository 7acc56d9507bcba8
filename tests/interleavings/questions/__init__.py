"""A question to people, asked, answered and told in any order."""
