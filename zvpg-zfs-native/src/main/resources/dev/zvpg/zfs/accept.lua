-- Publishes what was received: from here on the snapshot is visible, and its volume only carries it.
image = received(args.volume)
if not image or not unlabelled(args.volume) or not zfs.exists(image) then return missing() end
if find(args.snapshot, args.hint) then return { answer = "taken" } end
-- tried first and made afterwards, because a program is not rolled back
failed = zfs.check.set_prop(args.volume, STATE, "destroyed")
if failed ~= 0 then return { answer = "failed", code = failed } end
for property, value in pairs(args.properties) do
    failed = zfs.check.set_prop(image, property, value)
    if failed ~= 0 then return { answer = "failed", code = failed } end
end
for property, value in pairs(args.properties) do
    failed = zfs.sync.set_prop(image, property, value)
    if failed ~= 0 then return { answer = "failed", code = failed } end
end
-- last of its own, because it makes the snapshot visible: one that is refused in the middle stays a draft's
failed = zfs.sync.set_prop(image, STATE, live_since(image))
if failed == 0 then failed = zfs.sync.set_prop(args.volume, STATE, "destroyed") end
return { answer = failed == 0 and "ok" or "failed", code = failed }
