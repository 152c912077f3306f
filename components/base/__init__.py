"""What every service shares: description, realisation, names, images, secrets."""
