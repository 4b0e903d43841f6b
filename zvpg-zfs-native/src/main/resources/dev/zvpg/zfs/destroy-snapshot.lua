name = find(args.snapshot, args.hint)
if not name then return missing() end
if (zfs.get_prop(name, "userrefs") or 0) > 0 then return { answer = "held", name = name } end
changes.answers[EBUSY] = { answer = "busy", name = name }
change_untried(zfs.sync.destroy, { name, defer = true }) -- a trial would empty the table
change_untried(function()
    -- it has clones, and goes with the last of them
    return zfs.exists(name) and zfs.sync.set_prop(name, STATE, "destroyed") or 0
end)
lost = change_attributes(args.changes)
if lost then return missing(lost) end
changes.afterwards = function() reap(dataset_of(name)) end
return { answer = "ok" }, changes
