-- Asks each line of a file once where one is given (thread n of m takes every m-th), and reports in JSON.
local threads = {}

function setup(thread)
  thread:set("number", #threads)
  threads[#threads + 1] = thread
end

function init(args)
  if not args[1] then return end
  local paths, count, at = {}, 0, 0
  for line in io.lines(args[1]) do
    if count % tonumber(args[2]) == number then paths[#paths + 1] = line end
    count = count + 1
  end
  exhausted = 0
  function request()
    at = at + 1
    if at > #paths then exhausted, at = 1, 1 end
    return wrk.format(nil, paths[at])
  end
end

function done(summary, latency, requests)
  local failed, spent, errors = 0, 0, summary.errors
  for _, count in pairs(errors) do failed = failed + count end
  for _, thread in ipairs(threads) do spent = spent + (thread:get("exhausted") or 0) end
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "bytes": %d, "p50": %.4f, "p99": %.4f, "failed": %d, "exhausted": %d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, failed, spent))
end
