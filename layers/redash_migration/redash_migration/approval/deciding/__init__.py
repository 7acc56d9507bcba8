"""What happens to a question: asked, answered, looked after until its end."""
