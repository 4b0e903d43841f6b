-- The beginning of every program: what a name and a property mean in a storage. See Program.java.
root = args.root
-- Of our own objects: "destroyed" when only something that grew from it needs it, or else "live", the transaction group
-- and the time in milliseconds that it was made in, and the identity of a volume's origin. All in one: whatever is asked
-- of an object opens and closes it again, which is most of a listing's time.
STATE = "zvpg.storage:state"
-- Of a volume that a snapshot is received into: the identity of that.
RECEIVING = "zvpg.storage:receiving"
-- When the last of it came, in milliseconds.
HEARD = "zvpg.storage:heard"
MAX_NAME = 255 -- bytes
EAGAIN, EBUSY, EEXIST = 11, 16, 17

-- A property that is the object's own: a child inherits its parent's user properties, a snapshot its dataset's.
function own(object, property)
    local value, source = zfs.get_prop(object, property)
    if source == object or source == "$recvd" then return value end
end

function state(object)
    if #object <= MAX_NAME and zfs.exists(object) then
        return string.match(own(object, STATE) or "", "^%a+")
    end
end

function live_since(object, origin)
    return "live " .. zfs.get_prop(object, "createtxg") .. " " .. args.now .. " " .. (origin or "")
end

-- The next two never ask for the children or snapshots of a name that has no room for any: the pool would hang.
function first_child(dataset)
    if #dataset < MAX_NAME then
        for child in zfs.list.children(dataset) do return child end
    end
end

function first_snapshot(dataset, besides)
    if #dataset < MAX_NAME then
        for snapshot in zfs.list.snapshots(dataset) do
            if snapshot ~= besides then return snapshot end
        end
    end
end

-- What a program is to look at: the dataset of one volume, or all that there are.
function candidates()
    if args.volume then return { args.volume } end
    local all = {}
    if zfs.exists(root) then
        for child in zfs.list.children(root) do all[#all + 1] = child end
    end
    return all
end

function dataset_of(snapshot)
    return string.match(snapshot, "^(.*)@")
end

-- The identity of a volume, from the name of a dataset that a storage made.
function volume_id(dataset)
    return string.match(string.sub(dataset, #root + 2), "^([a-z0-9][a-z0-9-]*)%.zvpg$")
end

-- The full name of a snapshot that is not destroyed; the hint is the dataset it was last seen in.
function find(id, hint)
    if hint and state(hint .. "@" .. id) == "live" then return hint .. "@" .. id end
    if not zfs.exists(root) then return end
    for child in zfs.list.children(root) do
        local name = child .. "@" .. id
        if volume_id(child) and state(name) == "live" then return name end
    end
end

-- What is to be changed when all is decided, in this order; what to answer when one of it fails with a number; and what may
-- happen afterwards. See frame.lua.
changes = { answers = {} }

function try(verb, ...)
    local failed = zfs.check[verb](...)
    if failed ~= 0 then changes.refused = changes.refused or failed end
end

-- For what cannot be tried, mostly because it comes to be by a change before this one.
function change_untried(func, ...)
    changes[#changes + 1] = { func, ... }
end

function change(verb, ...)
    try(verb, ...)
    change_untried(zfs.sync[verb], ...)
end

-- The object that a change of attributes is for; nil when there is none.
function target_of(attributes)
    if not attributes.volume then return find(attributes.snapshot, attributes.hint) end
    return state(attributes.volume) == "live" and attributes.volume or nil
end

-- Changes attributes of several objects; returns the index of the first one that is missing.
function change_attributes(list)
    for i, attributes in pairs(list) do
        local target = target_of(attributes)
        if not target then return i end
        for property, value in pairs(attributes.set) do change("set_prop", target, property, value) end
        for property in pairs(attributes.remove) do
            if own(target, property) then change("inherit", target, property) end
        end
    end
end

function missing(index)
    return { answer = zfs.exists(root) and "missing" or "no root", index = index }
end

-- Destroys datasets of destroyed volumes that nothing needs any more: this one, then perhaps the one it was cloned from. Where
-- it is cut off, another one goes on.
function reap(dataset)
    while dataset and state(dataset) == "destroyed" and not first_snapshot(dataset) and not first_child(dataset) do
        local origin = zfs.get_prop(dataset, "origin")
        if zfs.sync.destroy(dataset) ~= 0 then return end
        dataset = origin and dataset_of(origin)
    end
end

-- The full name of the snapshot that is received into a draft; it is there when all of it has come.
function received(dataset)
    local id = own(dataset, RECEIVING)
    return id and dataset .. "@" .. id
end

function image_of(draft)
    local image = received(draft)
    return image and zfs.exists(image) and image or nil
end

-- Destroys a volume, and what lived on for its sake only; what was received into it is the image. One with other snapshots stays
-- as long as it has them, out of sight, and what was written since the latest one returns its space. Returns why it cannot.
function destroy(volume, image)
    local busy = { answer = "busy" }
    changes.answers[EBUSY], changes.answers[EEXIST] = busy, busy
    local refused = first_snapshot(volume) and zfs.check.rollback(volume)
    if refused == EBUSY then return busy end
    if image then change("destroy", image) end
    if first_snapshot(volume, image) then
        if refused == EAGAIN then return { answer = "again" } end -- the snapshot is of this transaction group
        change("set_prop", volume, STATE, "destroyed")
        change_untried(function() zfs.sync.rollback(volume) return 0 end)
    else
        local origin = zfs.get_prop(volume, "origin")
        change_untried(zfs.sync.destroy, volume)
        changes.afterwards = function() reap(origin and dataset_of(origin)) end
    end
end

-- Whether this is a volume that was not published, for whoever has a claim on it. Somebody may have taken a snapshot of it,
-- as those do who take one of everything each hour.
function unlabelled(dataset)
    return volume_id(dataset) and zfs.exists(dataset) and not own(dataset, STATE)
end

-- The same for whoever has not: nobody else's, and nobody's parent.
function draft(dataset)
    if not unlabelled(dataset) then return false end
    local origin = zfs.get_prop(dataset, "origin")
    return not first_child(dataset) and not first_snapshot(dataset, received(dataset))
        and not (origin and not own(origin, STATE))
end
