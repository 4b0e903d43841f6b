-- What every program stands in, see Program.java. It first decides, and returns its answer and what is to be changed for it.
--
-- A program whose process gets a signal, also one that kills it, is cancelled, and what it has done by then stays: the kernel
-- looks whenever a coroutine has executed another hundred instructions (zcp_lua_counthook() in OpenZFS's module/zfs/zcp.c). So
-- whatever decides runs in a coroutine, and may be cancelled, and whatever changes in several, none of which gets that far, and
-- neither does this one: all is changed, or nothing is.
args = ...
FEW = 4

-- Makes some of the changes, one after another until one fails; returns its number.
function make(changes, first, some)
    if some == 1 then return changes[first][1](table.unpack(changes[first], 2)) end
    some = some / FEW
    for i = first, first + (FEW - 1) * some, some do
        if changes[i] then
            local failed = coroutine.wrap(make)(changes, i, some)
            if failed ~= 0 then return failed end
        end
    end
    return 0
end

local answer, changes = coroutine.wrap(function()
--[[ PROGRAM ]]
end)()
if not changes or #changes == 0 then return answer end

local failed, some = changes.refused, 1
while some < #changes do some = some * FEW end
if not failed then failed = coroutine.wrap(make)(changes, 1, some) end
if failed ~= 0 then return changes.answers[failed] or { answer = "failed", code = failed } end
-- as if it were another program, whose failure is not this one's
if changes.afterwards then coroutine.resume(coroutine.create(changes.afterwards)) end
return answer
