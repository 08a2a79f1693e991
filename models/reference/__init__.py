"""References: methods without networks, that show what a metric gives at best and by chance."""
