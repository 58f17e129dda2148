# Varnish in the foreground, with its access log (a program of its own, on the same core).
varnishncsa -n {{folder}}/work -t 10 -a -w {{folder}}/access.log &
exec varnishd -F -j none -n {{folder}}/work -a 127.0.0.1:{{port}} -f {{vcl}} -s {{storage}} \
  -p thread_pools={{workers}} -p thread_pool_min=10 -p thread_pool_max=500 -p timeout_idle=3600 -p timeout_linger=1
