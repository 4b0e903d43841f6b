-- The drafts that a stream was received into that was cut off: the kernel says where it goes on.
if not zfs.exists(root) then return missing() end
partials = {}
for child in zfs.list.children(root) do
    if unlabelled(child) and own(child, RECEIVING) then
        local token = zfs.get_prop(child, "receive_resume_token")
        if token and token ~= "" then
            partials[volume_id(child)] = {
                snapshot = own(child, RECEIVING),
                token = token,
                origin = zfs.get_prop(child, "origin"),
                bytes = zfs.get_prop(child, "used"),
                heard = own(child, HEARD) or zfs.get_prop(child, "creation") .. "000",
            }
        end
    end
end
return { answer = "ok", partials = partials }
