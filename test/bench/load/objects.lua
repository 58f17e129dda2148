-- Asks for objects of an origin through a proxy, over kept connections, and reads every body to its end:
--   luajit objects.lua PORT AUTHORITY CONNECTIONS each COUNT BYTES             objects 0 to COUNT - 1, once
--   luajit objects.lua PORT AUTHORITY CONNECTIONS repeat COUNT BYTES SECONDS   the same again and again
--   luajit objects.lua PORT AUTHORITY CONNECTIONS zipf COUNT REQUESTS SEED     REQUESTS, number n as often as n^-0.8
-- Under zipf an object has 1 to 64 KiB, by its number. The same seed asks for the same objects in the same order.
-- An answer fails that is not 200 or not as long as the object. Prints one line of JSON.
-- LuaJIT with plain system calls, and the kernel drops what is left of a body after its head (MSG_TRUNC, tcp(7)):
-- on a machine with two cores the copies of large bodies would be the limit, not the proxy.
local ffi = require("ffi")
ffi.cdef [[
struct in_addr_t { uint32_t s_addr; };
struct sockaddr_in { uint16_t sin_family; uint16_t sin_port; struct in_addr_t sin_addr; char zero[8]; };
struct timespec { long tv_sec; long tv_nsec; };
struct epoll_event { uint32_t events; int fd; uint32_t unused; } __attribute__((packed));
int socket(int, int, int);
int connect(int, const struct sockaddr_in *, unsigned);
long send(int, const char *, size_t, int);
long recv(int, char *, size_t, int);
int close(int);
int epoll_create1(int);
int epoll_ctl(int, int, int, struct epoll_event *);
int epoll_wait(int, struct epoll_event *, int, int);
int clock_gettime(int, struct timespec *);
]]
local C = ffi.C
local AF_INET, SOCK_STREAM, CLOCK_MONOTONIC = 2, 1, 1
local MSG_TRUNC, MSG_DONTWAIT, MSG_NOSIGNAL = 0x20, 0x40, 0x4000
local EPOLLIN, EPOLL_CTL_ADD = 1, 1
local BUFFER_BYTES = 64 * 1024
local DROP_BYTES = 1024 * 1024
local HEAD_BYTES_MAX = 8 * 1024
local STALL_MS = 5000
local FAILURES_MAX = 1000
local SKEW = 0.8

local port, authority, concurrency = tonumber(arg[1]), arg[2], tonumber(arg[3])
local mode, count, number = arg[4], tonumber(arg[5]), tonumber(arg[6])
local extra = tonumber(arg[7] or 0)

local clock = ffi.new("struct timespec")
local function now_ms()
  C.clock_gettime(CLOCK_MONOTONIC, clock)
  return tonumber(clock.tv_sec) * 1000 + tonumber(clock.tv_nsec) / 1e6
end

-- Which object is next, as its number, or nil at the end; and how large an object is.
local next_object, bytes_of
if mode == "each" then
  local given = 0
  next_object = function()
    given = given + 1
    return given <= count and given - 1 or nil
  end
  bytes_of = function() return number end
elseif mode == "repeat" then
  local given, until_ms = -1, now_ms() + extra * 1000
  next_object = function()
    given = given + 1
    return now_ms() < until_ms and given % count or nil
  end
  bytes_of = function() return number end
else
  local ranks, sum = ffi.new("double[?]", count), 0
  for rank = 1, count do
    sum = sum + rank ^ -SKEW
    ranks[rank - 1] = sum
  end
  math.randomseed(extra)
  local draws = ffi.new("int[?]", number)
  for draw = 0, number - 1 do
    local wanted, low, high = math.random() * sum, 0, count - 1
    while low < high do
      local middle = math.floor((low + high) / 2)
      if ranks[middle] < wanted then low = middle + 1 else high = middle end
    end
    draws[draw] = low
  end
  local given = 0
  next_object = function()
    given = given + 1
    return given <= number and draws[given - 1] or nil
  end
  bytes_of = function(object) return ((object * 7919) % 64 + 1) * 1024 end
end

local address = ffi.new("struct sockaddr_in")
address.sin_family = AF_INET
address.sin_port = bit.bor(bit.lshift(bit.band(port, 255), 8), bit.rshift(port, 8)) -- network byte order
address.sin_addr.s_addr = 0x0100007f -- 127.0.0.1

local epoll = C.epoll_create1(0)
local event = ffi.new("struct epoll_event")
local events = ffi.new("struct epoll_event[?]", concurrency)
local buffer = ffi.new("char[?]", BUFFER_BYTES)
local lanes = {} -- by file descriptor
local times, bytes, failures, open = {}, 0, 0, 0

-- The next request on a connection, whose descriptor it gives back; or its end, when there is no more to ask.
local function ask(fd)
  local object = next_object()
  if not object then
    C.close(fd)
    lanes[fd] = nil
    open = open - 1
    return
  end
  local size = bytes_of(object)
  local head = string.format("GET http://%s/object/%d/%d HTTP/1.1\r\nHost: %s\r\n\r\n", authority, object, size, authority)
  lanes[fd] = { size = size, started = now_ms(), head = "", got = 0 }
  C.send(fd, head, #head, MSG_NOSIGNAL)
end

local function connect()
  local fd = C.socket(AF_INET, SOCK_STREAM, 0)
  if C.connect(fd, address, ffi.sizeof(address)) ~= 0 then error("no connection to port " .. port) end
  event.events, event.fd = EPOLLIN, fd
  C.epoll_ctl(epoll, EPOLL_CTL_ADD, fd, event)
  open = open + 1
  ask(fd)
end

local function fail(fd)
  failures = failures + 1
  if failures > FAILURES_MAX then error("more than " .. FAILURES_MAX .. " requests failed") end
  C.close(fd)
  lanes[fd] = nil
  open = open - 1
  connect()
end

-- Takes more of the head of an answer. Sets how much of the body is still to come; false when the answer is
-- not the one that was asked for.
local function take_head(lane, got)
  lane.head = lane.head .. ffi.string(buffer, math.min(got, HEAD_BYTES_MAX))
  lane.got = lane.got + got
  local _, at_end = lane.head:find("\r\n\r\n", 1, true)
  if not at_end then return #lane.head < HEAD_BYTES_MAX end
  local length = tonumber(lane.head:match("\r\n[Cc]ontent%-[Ll]ength: *(%d+)\r\n"))
  lane.rest = lane.size - (lane.got - at_end)
  return lane.head:find("^HTTP/1%.1 200 ") ~= nil and length == lane.size and lane.rest >= 0
end

local function on_readable(fd)
  local lane = lanes[fd]
  while true do
    local wanted, how = BUFFER_BYTES, MSG_DONTWAIT
    if lane.rest then wanted, how = DROP_BYTES, MSG_DONTWAIT + MSG_TRUNC end
    local got = tonumber(C.recv(fd, buffer, wanted, how))
    if got < 0 then return end
    if got == 0 then return fail(fd) end
    if not lane.rest then
      if not take_head(lane, got) then return fail(fd) end
    else
      lane.rest = lane.rest - got
      if lane.rest < 0 then return fail(fd) end
    end
    if lane.rest == 0 then
      times[#times + 1] = now_ms() - lane.started
      bytes = bytes + lane.size
      return ask(fd)
    end
    if got < wanted then return end
  end
end

local started = now_ms()
local moved = started
for _ = 1, concurrency do connect() end
while open > 0 do
  local ready = C.epoll_wait(epoll, events, concurrency, 100)
  local now = now_ms()
  if ready > 0 then moved = now elseif now - moved > STALL_MS then error("no answer for " .. STALL_MS .. " ms") end
  for index = 0, ready - 1 do
    if lanes[events[index].fd] then on_readable(events[index].fd) end
  end
end
local seconds = (now_ms() - started) / 1000

table.sort(times)
local function at(fraction) return times[math.floor(#times * fraction) + 1] or 0 end
print(string.format('{"requests":%d,"bytes":%.0f,"failures":%d,"seconds":%.4f,"p50Ms":%.3f,"p99Ms":%.3f}',
  #times, bytes, failures, seconds, at(0.5), at(0.99)))
