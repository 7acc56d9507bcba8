"""Who may do what: policies, what a call needs, and the refusal of a call that no policy allows."""
