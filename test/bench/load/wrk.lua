-- Arguments: METHOD TARGET HOST [COUNT]. One request, repeated; with COUNT, "{n}" in the target is 0 to
-- COUNT - 1, one after the other. The result as one line of JSON.
function init(args)
  wrk.method = args[1]
  wrk.path = args[2]
  wrk.headers["Host"] = args[3]
  local count = tonumber(args[4] or 1)
  if count == 1 then return end
  local requests, last = {}, 0
  for number = 0, count - 1 do
    requests[number + 1] = wrk.format(wrk.method, (args[2]:gsub("{n}", number)), wrk.headers)
  end
  function request()
    last = last % count + 1
    return requests[last]
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"durationUs":%d,"bytes":%d,"p50Us":%d,"p99Us":%d,"connectErrors":%d,"readErrors":%d,"writeErrors":%d,"statusErrors":%d,"timeouts":%d}\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
    errors.connect, errors.read, errors.write, errors.status, errors.timeout))
end
