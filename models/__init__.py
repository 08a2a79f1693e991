"""The methods: networks and pure objectives, one file a family; see ``models.registry``."""
