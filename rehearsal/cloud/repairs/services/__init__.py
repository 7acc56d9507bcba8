"""Defects of single AWS services beside Step Functions."""
