if not zfs.exists(args.snapshot) then return missing() end
return { answer = "ok", guid = zfs.get_prop(args.snapshot, "guid"),
         keyformat = zfs.get_prop(dataset_of(args.snapshot), "keyformat") }
