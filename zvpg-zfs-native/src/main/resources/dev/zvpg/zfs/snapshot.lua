if state(args.volume) ~= "live" then return missing() end
-- identities are never used twice, so nobody looks through all volumes for this one
if args.hint and state(args.hint .. "@" .. args.snapshot) then return { answer = "taken" } end
name = args.volume .. "@" .. args.snapshot
failed = zfs.sync.snapshot(name)
if failed ~= 0 then return { answer = "failed", code = failed } end
args.properties[STATE] = live_since(name)
for property, value in pairs(args.properties) do
    failed = zfs.sync.set_prop(name, property, value)
    if failed ~= 0 then
        zfs.sync.destroy(name) -- still the same transaction group: nobody has seen it
        return { answer = "failed", code = failed }
    end
end
return { answer = "ok" }
