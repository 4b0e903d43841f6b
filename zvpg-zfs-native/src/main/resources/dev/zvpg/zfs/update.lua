-- All targets are looked up and all changes tried before the first one is made: a program is not rolled back.
targets = {}
for i, change in pairs(args.changes) do
    local target = change.volume
    if target then
        if state(target) ~= "live" then return missing(i) end
    else
        target = find(change.snapshot, change.hint)
        if not target then return missing(i) end
    end
    targets[i] = target
end

function apply(functions)
    for i, change in pairs(args.changes) do
        for property, value in pairs(change.set) do
            local failed = functions.set_prop(targets[i], property, value)
            if failed ~= 0 then return failed end
        end
        for property in pairs(change.remove) do
            if own(targets[i], property) then
                local failed = functions.inherit(targets[i], property)
                if failed ~= 0 then return failed end
            end
        end
    end
    return 0
end

failed = apply(zfs.check)
if failed == 0 then failed = apply(zfs.sync) end
return { answer = failed == 0 and "ok" or "failed", code = failed }
