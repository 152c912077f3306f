"""What is generated from the models, so that it can't be out of date: JSON Schema, reference page, `.env.example`."""
