-- With a volume: discards what a verb that failed has made of it. Without: what any verb that was cut off has left.
candidates = {}
if args.volume then
    candidates[1] = args.volume
elseif zfs.exists(root) then
    for child in zfs.list.children(root) do candidates[#candidates + 1] = child end
end
for i, dataset in ipairs(candidates) do
    if half_made(dataset) then
        destroy(dataset)
    else
        reap(volume_id(dataset) and dataset)
    end
end
return { answer = "ok" }
