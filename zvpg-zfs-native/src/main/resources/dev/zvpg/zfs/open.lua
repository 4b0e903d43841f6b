if not zfs.exists(root) then return missing() end
return { answer = "ok", mountpoint = zfs.get_prop(root, "mountpoint") }
