-- Sets up tunnels as fast as it can: connect, CONNECT, wait for 200, close. Every sixteenth carries one small
-- request and its answer first: a proxy that says 200 before it has a tunnel is found out. Prints one line of JSON.
--   luajit connect-rate.lua PORT AUTHORITY CONCURRENCY SECONDS
-- LuaJIT with plain system calls: on a machine with two cores this shares one with the origin, and a generator
-- on Node's sockets needed more of it for a tunnel than the proxies under test do.
local ffi = require("ffi")
ffi.cdef [[
struct in_addr_t { uint32_t s_addr; };
struct sockaddr_in { uint16_t sin_family; uint16_t sin_port; struct in_addr_t sin_addr; char zero[8]; };
struct pollfd { int fd; short events; short revents; };
struct timespec { long tv_sec; long tv_nsec; };
int socket(int, int, int);
int connect(int, const struct sockaddr_in *, unsigned);
long send(int, const char *, size_t, int);
long recv(int, char *, size_t, int);
int close(int);
int poll(struct pollfd *, unsigned long, int);
int clock_gettime(int, struct timespec *);
]]
local C = ffi.C
local AF_INET, SOCK_STREAM, POLLIN, CLOCK_MONOTONIC = 2, 1, 1, 1
local MSG_DONTWAIT, MSG_NOSIGNAL = 0x40, 0x4000
local GIVE_UP_MS = 5000
local PROBE_EVERY = 16
local BUFFER_BYTES = 4096

local port, authority, concurrency, seconds = tonumber(arg[1]), arg[2], tonumber(arg[3]), tonumber(arg[4])
local head = "CONNECT " .. authority .. " HTTP/1.1\r\nHost: " .. authority .. "\r\n\r\n"
local probe = "GET /byte HTTP/1.0\r\n\r\n"

local clock = ffi.new("struct timespec")
local function now_ms()
  C.clock_gettime(CLOCK_MONOTONIC, clock)
  return tonumber(clock.tv_sec) * 1000 + tonumber(clock.tv_nsec) / 1e6
end

local address = ffi.new("struct sockaddr_in")
address.sin_family = AF_INET
address.sin_port = bit.bor(bit.lshift(bit.band(port, 255), 8), bit.rshift(port, 8)) -- network byte order
address.sin_addr.s_addr = 0x0100007f -- 127.0.0.1

local polls = ffi.new("struct pollfd[?]", concurrency)
local buffer = ffi.new("char[?]", BUFFER_BYTES)
local lanes = {}
local times, failures, tunnels = {}, 0, 0

-- A blocking connect: on loopback the handshake is over when it returns.
local function begin(index, now)
  local fd = C.socket(AF_INET, SOCK_STREAM, 0)
  if C.connect(fd, address, ffi.sizeof(address)) ~= 0 then
    C.close(fd)
    failures = failures + 1
    lanes[index] = { retry = true, started = now }
    polls[index].fd = -1
    return
  end
  C.send(fd, head, #head, MSG_NOSIGNAL)
  polls[index].fd, polls[index].events, polls[index].revents = fd, POLLIN, 0
  lanes[index] = { started = now, probing = false }
end

local function finish(index, worked, now, last)
  C.close(polls[index].fd)
  if worked then times[#times + 1] = now - lanes[index].started else failures = failures + 1 end
  if last then
    polls[index].fd = -1
    lanes[index] = nil
  else
    begin(index, now)
  end
end

local function on_readable(index, now, last)
  local lane = lanes[index]
  local count = tonumber(C.recv(polls[index].fd, buffer, BUFFER_BYTES, MSG_DONTWAIT))
  local text = count > 0 and ffi.string(buffer, count) or ""
  local fine = text:find("^HTTP/1%.[01] 200 ") ~= nil
  local stands = not lane.probing and fine and text:sub(-4) == "\r\n\r\n"
  if stands then tunnels = tunnels + 1 end
  if stands and tunnels % PROBE_EVERY == 0 then
    lane.probing = true
    C.send(polls[index].fd, probe, #probe, MSG_NOSIGNAL)
  else
    finish(index, stands or (fine and lane.probing), now, last)
  end
end

local started = now_ms()
local until_ms = started + seconds * 1000
for index = 0, concurrency - 1 do begin(index, started) end
while true do
  C.poll(polls, concurrency, 100)
  local now, open = now_ms(), 0
  local last = now >= until_ms
  for index = 0, concurrency - 1 do
    local lane = lanes[index]
    if lane and lane.retry then
      if last then lanes[index] = nil elseif now - lane.started > 10 then begin(index, now) end
    elseif lane and polls[index].revents ~= 0 then
      on_readable(index, now, last)
    elseif lane and now - lane.started > GIVE_UP_MS then
      finish(index, false, now, last)
    end
    if lanes[index] then open = open + 1 end
  end
  if open == 0 then break end
end

table.sort(times)
local function at(fraction) return times[math.floor(#times * fraction) + 1] or 0 end
print(string.format('{"setups":%d,"failures":%d,"seconds":%.4f,"p50Ms":%.3f,"p99Ms":%.3f}',
  #times, failures, (now_ms() - started) / 1000, at(0.5), at(0.99)))
