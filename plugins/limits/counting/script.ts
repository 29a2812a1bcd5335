/** So long a gateway that is not heard of keeps what its calls hold (milliseconds). */
const LEASE = 5000

/** A line that has had no room for so long has the next turn, before those of other gateways (milliseconds). */
const HUNGRY = 1000
/** So long a line is taken to be there that has asked for room: those that are ask far more often (milliseconds). */
const ASKED = 400

/** What the script is to do beside counting: a gateway begins, says that it is still there, or leaves. */
export type Act = 'begin' | 'beat' | 'count' | 'end'

/** Arguments before those of the first pot, and of each pot. */
const HEAD = 4
const EACH = 17

/** Forgets what was used of limits that are no more. What calls under way hold stays: the limit may be made again. */
export const FORGET = `
for _, key in ipairs(KEYS) do redis.call('HDEL', key, 'per', 'start', 'stop', 'requests', 'tokens', 'cost') end
`

/** What it answers where the gateway is not known, or not any more. */
export const UNKNOWN = -1

/**
 * Counts calls in pots that all gateways share, inside Redis, so that nobody comes in between. First every pot is looked
 * at; where one has no room for what is asked, nothing is changed in any of them. A pot is a hash: its window, what was
 * used in it, and for each gateway what its calls hold (`@GATEWAY`: calls, tokens, cost). What a gateway holds counts
 * while it is in the sorted set of gateways, with the time until which it was heard of. A gateway whose calls wait for room
 * in the pot (`!GATEWAY`) stands there with the time since when it had none, and the time when it asked last.
 *
 * KEYS: the gateways, then the pots. ARGV: gateway, act, its clock, who it was before; then of each pot
 * - 1 kind of window, 2 start, 3 end;
 * - the most that is allowed, or nothing: 4 concurrent, 5 requests, 6 tokens, 7 cost;
 * - used as far as the gateway knows: 8 requests, 9 tokens, 10 cost;
 * - what is to be held more or less: 11 calls, 12 tokens, 13 cost;
 * - what is used more: 14 requests, 15 tokens, 16 cost;
 * - 17 whether calls wait where there is no room.
 *
 * Answers 0, or which pot (from 1) lacks which measure (from 1, as in `measures`); then of each pot its start and end,
 * what is used of it, and what calls at other gateways hold.
 */
export const SCRIPT = `
local me, act, now, former = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local time = redis.call('TIME')
local clock = time[1] * 1000 + math.floor(time[2] / 1000)
local MOST = 9007199254740991

redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', clock)
if act == 'end' then return redis.call('ZREM', KEYS[1], me) end
if former ~= '' then redis.call('ZREM', KEYS[1], former) end
if act ~= 'begin' and not redis.call('ZSCORE', KEYS[1], me) then return {${UNKNOWN}} end
if act ~= 'count' then
  redis.call('ZADD', KEYS[1], clock + ${LEASE}, me)
  redis.call('PEXPIRE', KEYS[1], ${LEASE})
end
local there = {}
for _, gateway in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do there[gateway] = true end

local function whole(number)
  return string.format('%.0f', math.max(0, math.min(number, MOST)))
end

-- What calls hold: mine, those of all others together; and the fields of gateways that are gone.
local function holders(fields)
  local own, others, gone = {0, 0, 0}, {0, 0, 0}, {}
  for field, value in pairs(fields) do
    local gateway = string.match(field, '^@(.+)')
    if gateway and not there[gateway] then
      table.insert(gone, field)
    elseif gateway then
      local sum = gateway == me and own or others
      local calls, tokens, cost = string.match(value, '(%d+) (%d+) (%d+)')
      sum[1], sum[2], sum[3] = sum[1] + (calls or 0), sum[2] + (tokens or 0), sum[3] + (cost or 0)
    end
  end
  return own, others, gone
end

-- Whose calls wait, by gateway; those that ask no more are gone.
local function waiting(fields, gone)
  local lines = {}
  for field, value in pairs(fields) do
    local gateway = string.match(field, '^!(.+)')
    local since, asked = string.match(value, '^(%d+) (%d+)$')
    if gateway and since and clock - asked < ${ASKED} then
      lines[gateway] = tonumber(since)
    elseif gateway then
      table.insert(gone, field)
    end
  end
  return lines
end

-- Room is taken as it comes, and most of it by who gives it back: a line elsewhere that gets none has the next turn.
local function isTurnOfOthers(pot)
  local mine = pot.lines[me] or clock
  for gateway, since in pairs(pot.lines) do
    if gateway ~= me and since < mine and clock - since > ${HUNGRY} then return true end
  end
  return false
end

-- The pot in the window that the gateway is in; where the clock of another one runs ahead, in the newer one.
local function open(key, arg)
  local flat, fields = redis.call('HGETALL', key), {}
  for i = 1, #flat, 2 do fields[flat[i]] = flat[i + 1] end
  local pot = { per = arg(1), start = arg(2), stop = arg(3), used = {0, 0, 0}, exists = #flat > 0 }
  pot.own, pot.others, pot.gone = holders(fields)
  pot.lines = waiting(fields, pot.gone)
  if fields.per == pot.per and (tonumber(fields.stop) or 0) > now then
    pot.used = { tonumber(fields.requests) or 0, tonumber(fields.tokens) or 0, tonumber(fields.cost) or 0 }
    if (tonumber(fields.start) or 0) > now then
      pot.start, pot.stop = fields.start, fields.stop
      return pot
    end
  end
  for i = 1, 3 do pot.used[i] = math.max(pot.used[i], tonumber(arg(7 + i))) end
  return pot
end

local function lacks(pot, arg)
  if tonumber(arg(11)) <= 0 then return nil end
  local most = tonumber(arg(4))
  if most and (pot.own[1] + pot.others[1] >= most or isTurnOfOthers(pot)) then return 1 end
  for i = 1, 3 do
    most = tonumber(arg(4 + i))
    if most and pot.used[i] + pot.own[i] + pot.others[i] + tonumber(arg(10 + i)) > most then return i + 1 end
  end
end

local pots, short = {}, {0}
for i = 2, #KEYS do
  local function arg(at) return ARGV[${HEAD} + (i - 2) * ${EACH} + at] end
  local pot = open(KEYS[i], arg)
  pots[i] = pot
  local measure = lacks(pot, arg)
  if measure and short[1] == 0 then short = {i - 1, measure} end
end

local function change(key, pot, arg)
  for i = 1, 3 do
    pot.own[i] = pot.own[i] + tonumber(arg(10 + i))
    pot.used[i] = pot.used[i] + tonumber(arg(13 + i))
  end
  if #pot.gone > 0 then redis.call('HDEL', key, unpack(pot.gone)) end
  redis.call('HSET', key, 'per', pot.per, 'start', pot.start, 'stop', pot.stop,
    'requests', whole(pot.used[1]), 'tokens', whole(pot.used[2]), 'cost', whole(pot.used[3]))
  if pot.own[1] > 0 then
    redis.call('HSET', key, '@' .. me, whole(pot.own[1]) .. ' ' .. whole(pot.own[2]) .. ' ' .. whole(pot.own[3]))
  else
    redis.call('HDEL', key, '@' .. me)
  end
  if tonumber(arg(11)) > 0 then redis.call('HDEL', key, '!' .. me) end
  -- Calls may run on for long behind the end of their window.
  redis.call('PEXPIRE', key, whole(tonumber(pot.stop) - now + 3600000))
end

-- It stands in line from now on, or goes on to.
if short[2] == 1 and ARGV[${HEAD} + (short[1] - 1) * ${EACH} + 17] == '1' then
  local since = pots[short[1] + 1].lines[me] or clock
  redis.call('HSET', KEYS[short[1] + 1], '!' .. me, whole(since) .. ' ' .. whole(clock))
end

local answer = {short}
for i = 2, #KEYS do
  local function arg(at) return ARGV[${HEAD} + (i - 2) * ${EACH} + at] end
  local pot = pots[i]
  local touched = false
  for at = 11, 16 do touched = touched or tonumber(arg(at)) ~= 0 end
  if short[1] == 0 and (touched or pot.exists) then change(KEYS[i], pot, arg) end
  table.insert(answer, {tonumber(pot.start), tonumber(pot.stop), pot.used[1], pot.used[2], pot.used[3],
    pot.others[1], pot.others[2], pot.others[3]})
end
return answer
`
