-- Tells where the key belongs that is missing, if one is: of a dataset, or of the storage's own where that is not there yet.
dataset = zfs.exists(args.dataset) and args.dataset or root
if not zfs.exists(dataset) or zfs.get_prop(dataset, "keystatus") ~= "unavailable" then return { answer = "ok" } end
-- only where encryption begins something is known of the key; what is below, and clones of that, have the same
while zfs.get_prop(dataset, "keylocation") == "none" do
    parent = string.match(dataset, "^(.*)/")
    if not parent then break end
    dataset = parent
end
return { answer = "ok", missing = dataset }
