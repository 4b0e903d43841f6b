-- Frees what destroyed volumes occupy and nothing needs: of one volume, or of all.
for i, dataset in ipairs(candidates()) do
    if volume_id(dataset) and state(dataset) == "destroyed" then
        if first_snapshot(dataset) and zfs.get_prop(dataset, "written") > 0 and zfs.check.rollback(dataset) == 0 then
            zfs.sync.rollback(dataset)
        end
        reap(dataset)
    end
end
return { answer = "ok" }
