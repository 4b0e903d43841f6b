-- Destroys a draft, if it is one; one that is mounted stays. One that somebody took a snapshot of goes with that.
if unlabelled(args.volume) then
    local image = received(args.volume)
    if image and zfs.exists(image) and zfs.sync.destroy(image) ~= 0 then
        return { answer = "ok" } -- somebody uses it, so it is still there
    end
    if first_snapshot(args.volume) then
        if zfs.check.rollback(args.volume) ~= 16 then -- EBUSY: it is mounted
            if zfs.sync.set_prop(args.volume, STATE, "destroyed") == 0 and zfs.check.rollback(args.volume) == 0 then
                zfs.sync.rollback(args.volume)
            end
        end
    else
        destroy(args.volume)
    end
end
return { answer = "ok" }
