"""What is generated, so that it can't be out of date.

From the models: JSON Schema, reference page, `.env.example`. From what systems register: their pictures.
"""
