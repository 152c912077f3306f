"""What an operator runs by hand inside a container of this image: `python3 -m scripts.<name>`."""
