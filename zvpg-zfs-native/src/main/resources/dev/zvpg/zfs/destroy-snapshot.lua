EBUSY = 16

name = find(args.snapshot, args.hint)
if not name then return missing() end
targets, lost = targets_of(args.changes)
if lost then return missing(lost) end
failed = apply(zfs.check, args.changes, targets)
if failed ~= 0 then return { answer = "failed", code = failed } end
if (zfs.get_prop(name, "userrefs") or 0) > 0 then return { answer = "held", name = name } end
failed = zfs.sync.destroy{name, defer = true}
if failed == EBUSY then return { answer = "busy", name = name } end
if failed ~= 0 then return { answer = "failed", code = failed } end
if zfs.exists(name) then
    zfs.sync.set_prop(name, STATE, "destroyed") -- it has clones, and goes with the last of them
else
    reap(dataset_of(name))
end
failed = apply(zfs.sync, args.changes, targets)
return { answer = failed == 0 and "ok" or "failed", code = failed }
