"""The steps that carry and compare rows, one by one, beside the limit and what people use."""
