-- The last step of create and clone: before it the volume is invisible, and half-made.
if not zfs.exists(args.volume) then return missing() end
if args.origin and state(args.origin) ~= "live" then
    destroy(args.volume) -- the snapshot was destroyed meanwhile
    return missing()
end
args.properties[STATE] = live_since(args.volume, args.origin and string.match(args.origin, "@(.*)$"))
for property, value in pairs(args.properties) do
    failed = zfs.sync.set_prop(args.volume, property, value)
    if failed ~= 0 then return { answer = "failed", code = failed } end
end
return { answer = "ok" }
