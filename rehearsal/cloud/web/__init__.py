"""HTTP to the local AWS: API Gateway in front of a function, and servers of this machine alone."""
