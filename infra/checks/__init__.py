"""The checks of a configuration: each looks at one thing and notes every mistake it finds in the draft."""
