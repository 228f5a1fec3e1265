"""The WSGI application: routes, responses, headers, pages and the OpenAPI document."""
