"""The API's own description, OpenAPI 3.1: what every address takes and answers, for the apps that the asker may see."""
