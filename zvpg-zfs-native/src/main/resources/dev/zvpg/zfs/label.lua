-- Publishes a draft: from here on the volume is visible, and the one that it takes the place of is not.
if not unlabelled(args.volume) then return missing() end
if args.old and state(args.old) ~= "live" then return missing("old") end
-- tried first and made afterwards, because a program is not rolled back
failed = args.old and zfs.check.set_prop(args.old, STATE, "destroyed") or 0
if failed ~= 0 then return { answer = "failed", code = failed } end
for property, value in pairs(args.properties) do
    failed = zfs.sync.set_prop(args.volume, property, value)
    if failed ~= 0 then return { answer = "failed", code = failed } end
end
-- last of its own, because it makes the volume visible: one that is refused in the middle stays a draft
failed = zfs.sync.set_prop(args.volume, STATE, live_since(args.volume, args.origin))
if failed == 0 and args.old then failed = zfs.sync.set_prop(args.old, STATE, "destroyed") end
return { answer = failed == 0 and "ok" or "failed", code = failed }
