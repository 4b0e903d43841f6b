-- The last step of create and clone: before it the volume is invisible, and half-made.
if not zfs.exists(args.volume) then return missing() end
if args.origin and state(args.origin) ~= "live" then
    destroy(args.volume) -- the snapshot was destroyed meanwhile
    return missing()
end
for property, value in pairs(args.properties) do
    failed = zfs.sync.set_prop(args.volume, property, value)
    if failed ~= 0 then return { answer = "failed", code = failed } end
end
-- last, because it makes the volume visible: one that is refused in the middle stays half-made
failed = zfs.sync.set_prop(args.volume, STATE, live_since(args.volume, args.origin and string.match(args.origin, "@(.*)$")))
return { answer = failed == 0 and "ok" or "failed", code = failed }
