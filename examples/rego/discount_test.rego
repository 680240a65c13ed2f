package shop.discount_test

import data.shop.discount

test_percent[level] if {
	some level, want in {"silver": 5, "gold": 10, "platinum": 15}
	discount.percent == want with input as {"level": level}
}

test_unknown_level if {
	discount.refused == {"there is no level \"tin\""} with input as {"level": "tin"}
}
