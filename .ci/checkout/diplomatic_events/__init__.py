"""In a checkout, what a wheel installs under this name is the folder `api/`; here is only what starts it there."""
