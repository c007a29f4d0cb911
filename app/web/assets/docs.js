const reference = document.getElementById("reference");

SwaggerUIBundle({
  domNode: reference,
  url: reference.dataset.openapi,
  presets: [SwaggerUIBundle.presets.apis],
  deepLinking: true, // #/hazards/confirm opens that operation
  docExpansion: "none", // first the tags, in reading order
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  filter: true,
  validatorUrl: null, // the validator is a foreign server
});
