"""The AWS calls of the domain, one module for each service. Nothing else imports boto3."""
