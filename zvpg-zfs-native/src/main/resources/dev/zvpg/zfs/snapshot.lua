if state(args.volume) ~= "live" then return missing() end
-- identities are never used twice, so nobody looks through all volumes for this one
if args.hint and state(args.hint .. "@" .. args.snapshot) then return { answer = "taken" } end
name = args.volume .. "@" .. args.snapshot
change("snapshot", name)
for property, value in pairs(args.properties) do
    try("set_prop", args.volume, property, value) -- as it will be with the snapshot, which is not there yet
    change_untried(zfs.sync.set_prop, name, property, value)
end
change_untried(function() return zfs.sync.set_prop(name, STATE, live_since(name)) end)
return { answer = "ok" }, changes
