"""Who runs which batch when: the local engine, one process that books and hands over, several that examine."""
