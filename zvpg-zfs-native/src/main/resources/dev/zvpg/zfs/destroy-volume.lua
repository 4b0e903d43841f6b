EAGAIN, EBUSY = 11, 16

volume = args.volume
is_draft = args.mayBeDraft and (draft(volume) or (args.claimed and unlabelled(volume)))
if state(volume) ~= "live" and not is_draft then return missing() end
targets, lost = targets_of(args.changes)
if lost then return missing(lost) end
failed = apply(zfs.check, args.changes, targets)
if failed ~= 0 then return { answer = "failed", code = failed } end
child = first_child(volume)
if child then return { answer = "child", name = child } end

image = is_draft and received(volume)
if image and zfs.exists(image) and zfs.sync.destroy(image) ~= 0 then return { answer = "busy" } end

if not first_snapshot(volume) then
    failed = destroy(volume)
    if failed == EBUSY then return { answer = "busy" } end
    if failed == 0 then failed = apply(zfs.sync, args.changes, targets) end
    return { answer = failed == 0 and "ok" or "failed", code = failed }
end

-- The dataset stays as long as it has snapshots, out of sight; what was written since the latest one returns its space.
failed = zfs.check.rollback(volume)
if failed == EBUSY then return { answer = "busy" } end
if failed == EAGAIN then return { answer = "again" } end -- the snapshot is of this transaction group
marked = zfs.sync.set_prop(volume, STATE, "destroyed")
if marked ~= 0 then return { answer = "failed", code = marked } end
if failed == 0 then zfs.sync.rollback(volume) end
failed = apply(zfs.sync, args.changes, targets)
return { answer = failed == 0 and "ok" or "failed", code = failed }
