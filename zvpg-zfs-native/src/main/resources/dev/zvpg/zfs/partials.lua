-- The drafts that a stream was received into that was cut off, or whether one is: the kernel says where it goes on.
if not zfs.exists(root) then return missing() end
partials = {}
for i, dataset in ipairs(candidates()) do
    if unlabelled(dataset) and own(dataset, RECEIVING) then
        local token = zfs.get_prop(dataset, "receive_resume_token")
        if token and token ~= "" then
            partials[volume_id(dataset)] = {
                snapshot = own(dataset, RECEIVING),
                token = token,
                origin = zfs.get_prop(dataset, "origin"),
                bytes = zfs.get_prop(dataset, "used"),
                heard = own(dataset, HEARD) or zfs.get_prop(dataset, "creation") .. "000",
            }
        end
    end
end
return { answer = "ok", partials = partials }
