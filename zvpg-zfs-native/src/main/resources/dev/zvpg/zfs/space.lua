if not zfs.exists(root) then return missing() end
return { answer = "ok", available = zfs.get_prop(root, "available") }
