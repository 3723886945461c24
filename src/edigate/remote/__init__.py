"""Other people's SFTP servers: connections that know nothing of what they are for."""
