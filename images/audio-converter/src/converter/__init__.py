"""Converts audio for Evolution API with ffmpeg, behind one HTTP route."""
