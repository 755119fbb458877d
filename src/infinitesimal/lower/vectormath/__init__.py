"""The vector mathematics: elementary functions as straight-line programs, for any vector width."""
