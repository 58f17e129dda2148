# Varnish in front of one origin named here; what may be cached is cached, by its own rules.
vcl 4.1;
backend origin {
  .host = "127.0.0.1";
  .port = "{{originPort}}";
}
